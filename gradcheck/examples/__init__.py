"""Programs that compute a gradient by hand, as people write them, each named after the verdict it deserves."""

"""Wrong backprops by name: each a named edit of the reference, for explaining a gradient that is wrong."""

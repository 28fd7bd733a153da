"""Results as pages: each one file that needs no other, with all its styles, scripts and pictures in it."""

"""One grade sheet, or a class of them, as the texts that other programs and people read: one renderer a file."""

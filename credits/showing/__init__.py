"""What the pages about months, credits and claims show: figures and rows made ready, in words, for a reader."""

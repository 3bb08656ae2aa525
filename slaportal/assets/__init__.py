"""What the pages are drawn with: own styles and scripts in static/, and what build.py takes from npm in built/."""

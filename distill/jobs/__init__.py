"""Work in the background as a folder on disk, whatever the work is. Imports nothing heavy."""

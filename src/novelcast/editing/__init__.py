"""The script as a person edits it: script.md written and read, what they set kept through a new analysis."""

"""The commands, one file for each group: parse, call one library function, print."""

"""From the folder of a camera to a report about one painting, in recorded steps."""

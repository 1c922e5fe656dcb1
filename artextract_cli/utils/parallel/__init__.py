"""Working on the scenes of a dataset: in several processes, and in shards on several machines."""

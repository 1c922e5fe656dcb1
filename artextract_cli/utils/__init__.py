"""What every room needs: files, locks, YAML, devices, memory and threads; knows no painting."""

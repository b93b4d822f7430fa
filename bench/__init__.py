"""The measurements. `make bench` runs them all; each prints its figure with the ceiling of this machine beside it."""

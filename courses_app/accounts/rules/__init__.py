"""What this room decides from plain values: numbers and their check digits, passwords, throttles, who lands where."""

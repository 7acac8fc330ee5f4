"""Music and models: clips in, clips out. Knows nothing of OSC, ports, Live or sessions."""

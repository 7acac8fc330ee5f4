"""The warm engine: checkpoints loaded, clips in, clips out, latents cached."""

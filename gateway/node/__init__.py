"""Settings, start-up (the only place that chooses drivers), one use case a file."""

"""How fast, how soon, how much: each script measures one thing and writes its section of README.md."""

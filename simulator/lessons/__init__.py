"""What a learner looks up and is asked: the glossary and the quiz."""

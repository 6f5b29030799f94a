"""Who are the actors, and who works with whom, when?"""

"""What does the network look like?"""

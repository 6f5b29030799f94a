"""What would a policy change?"""

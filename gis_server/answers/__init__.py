"""What both doors of HTTP share: bodies, validators, and what routes of both answer with."""

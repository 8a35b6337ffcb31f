"""What the hub holds, and whether anything of it is missing, late or faulty."""

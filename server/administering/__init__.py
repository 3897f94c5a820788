"""What administrators see of a remit, and change in it: each as far as policy lets them `administer`."""

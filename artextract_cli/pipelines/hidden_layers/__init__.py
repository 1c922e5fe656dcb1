"""The pipeline that looks for hidden layers."""

"""What is told of a file that was taken back."""


def left(run):
    return run.revert_report["left"]

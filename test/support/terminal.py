"""Runs a command whose standard error is a terminal 60 columns wide; its output there goes to our standard output.

terminal.py KEYS AFTER COMMAND...: KEYS are typed once AFTER was seen. Exits as the command does.
"""
import fcntl, os, pty, struct, sys, termios

keys, after, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.execvp(command[0], command)
seen = b""
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:  # EIO: the other end is closed
        break
    if not more:
        break
    seen += more
    if keys and after in seen:
        os.write(terminal, keys)
        keys = b""
sys.stdout.buffer.write(seen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

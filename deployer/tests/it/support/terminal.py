"""Runs a program on a terminal of a given width, answers its question, and prints what is on the screen then.

If it used colors, or bold letters and the like, their numbers go to stderr.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import termios

TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n])|(.)", re.DOTALL)


class Screen:
    """As much of a terminal as is needed: it wraps long lines, moves the cursor, and clears lines."""

    def __init__(self, columns):
        self.columns, self.lines, self.row, self.column = columns, [[]], 0, 0
        self.colors = set()

    def show(self, text):
        for number, command, control, character in TOKEN.findall(text):
            count = int(number) if number.isdigit() else 1
            if control == "\n":
                self.move(self.row + 1)
            elif control == "\r":
                self.column = 0
            elif command == "A":
                self.move(max(0, self.row - count))
            elif command == "B":
                self.move(self.row + count)
            elif command == "K":
                self.lines[self.row] = [] if number == "2" else self.lines[self.row][: self.column]
            elif command == "J":
                del self.lines[self.row + 1 :]
                self.lines[self.row] = self.lines[self.row][: self.column]
            elif command == "m":
                self.colors.add(number)
            elif character:
                self.put(character)

    def put(self, character):
        # A full line is left only when something follows.
        if self.column == self.columns:
            self.move(self.row + 1)
            self.column = 0
        line = self.lines[self.row]
        line.extend(" " * (self.column + 1 - len(line)))
        line[self.column] = character
        self.column += 1

    def move(self, row):
        self.row = row
        self.column = min(self.column, self.columns - 1) if row < len(self.lines) else self.column
        while len(self.lines) <= row:
            self.lines.append([])

    def __str__(self):
        return "\n".join("".join(line).rstrip() for line in self.lines)


columns, prompt, answer, *program = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(columns), 0, 0))
    os.execv(program[0], program)

shown = b""
answered = False
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:  # Linux ends a terminal with an error instead of an end of file.
        break
    if not chunk:
        break
    shown += chunk
    if not answered and prompt.encode() in shown:
        answered = True
        os.write(terminal, answer.encode())
screen = Screen(int(columns))
screen.show(shown.decode())
print(screen)
if screen.colors:
    print("colors:", *sorted(screen.colors), file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))

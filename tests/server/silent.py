"""A far side that takes connections, and says nothing."""

import socket


class Silent:
    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        listening.setblocking(False)
        self.port: int = listening.getsockname()[1]

    def nobody_came(self) -> bool:
        try:
            self._listening.accept()
        except BlockingIOError:
            return True
        return False

    def leave(self) -> None:
        self._listening.close()

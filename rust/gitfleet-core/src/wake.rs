//! Wakes an event loop that watches a socket.

#[cfg(unix)]
use std::{io, os::fd::OwnedFd};

/// Writes a byte to a socket that the caller provided, or does nothing if there is none.
#[derive(Debug, Default)]
pub struct Waker {
    #[cfg(unix)]
    socket: Option<socket2::Socket>,
}

// Python ignores SIGPIPE, but other programs that load the library may not.
#[cfg(all(unix, not(target_vendor = "apple")))]
const FLAGS: i32 = libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
const FLAGS: i32 = 0;

impl Waker {
    /// Wakes through one end of a socket pair and takes ownership of it.
    ///
    /// # Errors
    /// When the descriptor is not an open socket.
    #[cfg(unix)]
    pub fn new(fd: OwnedFd) -> io::Result<Self> {
        let socket = socket2::Socket::from(fd);
        socket.r#type()?;
        socket.set_nonblocking(true)?;
        #[cfg(target_vendor = "apple")]
        socket.set_nosigpipe(true)?;
        Ok(Self { socket: Some(socket) })
    }

    pub(crate) fn wake(&self) {
        #[cfg(unix)]
        if let Some(socket) = &self.socket {
            // Both errors are harmless: a full buffer wakes the loop already, and a closed end has no loop.
            let _ = socket.send_with_flags(&[1], FLAGS);
        }
    }
}

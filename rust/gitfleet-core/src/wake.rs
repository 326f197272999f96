//! Waking an event loop that watches a socket.

#[cfg(unix)]
use std::{io, os::fd::OwnedFd};

/// Writes a byte to a socket of the caller's, or does nothing where there is none.
#[derive(Debug, Default)]
pub struct Waker {
    #[cfg(unix)]
    socket: Option<socket2::Socket>,
}

// Python ignores SIGPIPE, but other hosts of the library need not.
#[cfg(all(unix, not(target_vendor = "apple")))]
const FLAGS: i32 = libc::MSG_NOSIGNAL;
#[cfg(target_vendor = "apple")]
const FLAGS: i32 = 0;

impl Waker {
    /// Wakes through one end of a socket pair, which it owns from now on.
    ///
    /// # Errors
    /// When the descriptor is no open socket.
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
            // A full buffer wakes as well as one more byte would, and a closed end has no one to wake.
            let _ = socket.send_with_flags(&[1], FLAGS);
        }
    }
}

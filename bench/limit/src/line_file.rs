//! A file of JSON lines, written in pieces.

use std::io::Write;

use anyhow::Result;

use crate::durable_file::DurableFile;

const PIECE: usize = 256 * 1024;

pub struct LineFile {
    file: DurableFile,
    piece: Vec<u8>,
}

impl LineFile {
    pub fn new(file: DurableFile) -> Self {
        Self { file, piece: Vec::with_capacity(PIECE + PIECE / 4) }
    }

    /// `write` appends a line.
    pub fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
        write(&mut self.piece)?;
        if self.piece.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    pub fn finish(mut self) -> Result<DurableFile> {
        self.flush()?;
        Ok(self.file)
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

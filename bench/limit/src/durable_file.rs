//! Files that get their names when they are whole and on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A file under a temporary name. One that is dropped leaves it there.
pub struct DurableFile {
    file: File,
    temporary: PathBuf,
}

impl DurableFile {
    /// In the folder that it is to be in, which is made.
    pub fn create(folder: &Path, name: &str) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let temporary = folder.join(format!(".{name}.tmp"));
        let file = File::create(&temporary).with_context(|| temporary.display().to_string())?;
        Ok(Self { file, temporary })
    }

    pub fn complete(self, name: &str) -> Result<()> {
        self.file.sync_all()?;
        let folder = self.temporary.parent().unwrap_or(Path::new("."));
        fs::rename(&self.temporary, folder.join(name))?;
        File::open(folder)?.sync_all()?;
        Ok(())
    }
}

/// Writes a small file in one go, in place of what is there.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut durable = DurableFile::create(path.parent().unwrap_or(Path::new(".")), &name)?;
    durable.write_all(bytes)?;
    durable.complete(&name)
}

impl Write for DurableFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

//! What can be wrong with the place where things are kept.

/// Why nothing can be stored at the moment. Reads go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageTrouble {
    /// The disk, or the quota, is full.
    Full,
    /// A read-only file system, or file permissions.
    ReadOnly,
    /// The disk takes nothing for another reason: an I/O error.
    Failing,
}

impl StorageTrouble {
    /// In a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the database is read-only",
            Self::Failing => "the disk fails",
        }
    }
}

impl std::fmt::Display for StorageTrouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

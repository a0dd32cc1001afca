//! What can be wrong with the store.

/// Why nothing can be stored at the moment. Reads go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StorageTrouble {
    /// The disk, or the quota, is full.
    Full,
    /// A read-only file system, or file permissions.
    ReadOnly,
    /// The disk takes nothing for another reason: an I/O error.
    Failing,
    /// The database is damaged, as far as it was checked. Some reads fail, too.
    Damaged,
    /// The files have been removed, others were put in their place, or another disk was mounted over them.
    Replaced,
}

impl StorageTrouble {
    /// In a few words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "the disk is full",
            Self::ReadOnly => "the database is read-only",
            Self::Failing => "the disk fails",
            Self::Damaged => "the database is damaged",
            Self::Replaced => "the database's files were removed or replaced",
        }
    }
}

impl std::fmt::Display for StorageTrouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

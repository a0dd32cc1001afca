//! Changes to one field.

/// What happens to one field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FieldChange<T> {
    /// It stays.
    #[default]
    Keep,
    /// It is removed.
    Clear,
    /// It gets this value.
    Set(T),
}

impl<T> FieldChange<T> {
    /// `Some` sets, `None` removes: for a field that has just been replaced.
    pub fn replace(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// The value after the change.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        match self {
            Self::Keep => current,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Removes the field instead of keeping it.
    #[must_use]
    pub fn or_clear(self) -> Self {
        match self {
            Self::Keep => Self::Clear,
            change => change,
        }
    }
}

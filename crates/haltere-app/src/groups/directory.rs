//! What the groups of each user say, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use haltere_core::{Roles, UserName};
use haltere_store::{GroupRecord, Transactions};
use parking_lot::Mutex;

use crate::connections::Snapshot;
use crate::error::{ErrorContext, Internal};
use crate::policy::{ConnectionScope, GroupRoles};

/// What the groups of each user say.
#[derive(Default)]
pub(crate) struct GroupDirectory {
    known: ArcSwap<Known>,
    /// What they give those who are in the same groups.
    resolved: Mutex<HashMap<GroupSet, Resolved>>,
    /// The change counter of sessions at which groups were read. Held while they are read, so that they get into memory in
    /// the order in which they were stored.
    read_at: tokio::sync::Mutex<Option<i64>>,
}

/// Groups, by their position.
type GroupSet = Arc<[usize]>;

/// The groups that narrow what their members see, at one moment.
#[derive(Default)]
struct Known {
    groups: Vec<(ConnectionScope, Roles)>,
    of_user: HashMap<UserName, GroupSet>,
    generation: u64,
}

struct Resolved {
    /// Of the groups, and of the registry.
    generations: (u64, u64),
    roles: Arc<GroupRoles>,
}

/// For how many sets of groups it is kept what they say.
const KEPT: usize = 256;

impl GroupDirectory {
    /// Reads the groups; whether they say something else than before.
    pub(crate) async fn reload(&self, store: &dyn Transactions) -> Result<bool, Internal> {
        self.read(&mut *self.read_at.lock().await, store).await
    }

    /// The same, unless they were read at this value of the counter.
    pub(crate) async fn catch_up(
        &self,
        store: &dyn Transactions,
        counter: i64,
    ) -> Result<bool, Internal> {
        let mut read_at = self.read_at.lock().await;
        if *read_at == Some(counter) {
            return Ok(false);
        }
        self.read(&mut read_at, store).await
    }

    async fn read(
        &self,
        read_at: &mut Option<i64>,
        store: &dyn Transactions,
    ) -> Result<bool, Internal> {
        const OPERATION: &str = "read the groups of users";
        let mut read = store.read().await.context(OPERATION)?;
        let counters = read.meta().change_counters().await.context(OPERATION)?;
        let groups = read.groups().list().await.context(OPERATION)?;
        *read_at = Some(counters.sessions);
        let old = self.known.load();
        let new = Known::of(groups, old.generation + 1);
        if (&old.groups, &old.of_user) == (&new.groups, &new.of_user) {
            return Ok(false);
        }
        self.known.store(Arc::new(new));
        Ok(true)
    }

    /// What groups give a user of these connections; `None` if no group concerns the user.
    pub(crate) fn roles_of(
        &self,
        user: &UserName,
        connections: &Snapshot,
    ) -> Option<Arc<GroupRoles>> {
        let known = self.known.load();
        let set = known.of_user.get(user)?;
        let generations = (known.generation, connections.generation());
        if let Some(resolved) = self.resolved.lock().get(set)
            && resolved.generations == generations
        {
            return Some(Arc::clone(&resolved.roles));
        }
        let scopes = set.iter().filter_map(|position| known.groups.get(*position));
        let scopes: Vec<_> = scopes.map(|(scope, roles)| (scope, *roles)).collect();
        let entries = connections.entries().iter();
        let entries = entries.map(|entry| (entry.id(), entry.labels()));
        let roles = GroupRoles::of(&scopes, entries);
        let mut kept = self.resolved.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        // The same one if it is equal, so that comparing it later costs nothing.
        let former = kept.remove(set).map(|resolved| resolved.roles);
        let roles = former.filter(|former| **former == roles).unwrap_or_else(|| Arc::new(roles));
        kept.insert(Arc::clone(set), Resolved { generations, roles: Arc::clone(&roles) });
        Some(roles)
    }
}

impl Known {
    fn of(groups: Vec<GroupRecord>, generation: u64) -> Self {
        let mut of_user: HashMap<UserName, Vec<usize>> = HashMap::new();
        let mut known = Vec::new();
        for group in groups.into_iter().filter(|group| group.narrows) {
            for member in group.members {
                of_user.entry(member.user).or_default().push(known.len());
            }
            let ids = group.connections.into_iter().map(String::into_boxed_str).collect();
            known.push((ConnectionScope { ids, label: group.label }, group.role.into()));
        }
        let of_user = of_user.into_iter().map(|(user, set)| (user, set.into())).collect();
        Self { groups: known, of_user, generation }
    }
}

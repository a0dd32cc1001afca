//! The contract: the tests that every backend must pass.
//!
//! A backend's tests say how to open an empty store and get all tests:
//!
//! ```text
//! async fn empty_store() -> haltere_store::contract::Fixture { … }
//!
//! haltere_store::contract_tests!(empty_store);
//! ```
//!
//! A backend tests its further guarantees itself: how it survives a crash, who may read its files.
#![expect(
    clippy::unwrap_used,
    reason = "these are tests; they are here so that every backend can run them"
)]

pub mod audit;
pub mod backups;
pub mod connection_changes;
pub mod connections;
pub mod groups;
pub mod link_history;
pub mod meta;
pub mod plugins;
mod records;
pub mod second_factors;
pub mod sessions;
pub mod sign_ons;
pub mod tokens;
pub mod transactions;
pub mod users;

use std::any::Any;
use std::sync::Arc;

pub use self::records::bare_connection;
use crate::Store;

/// An empty store, and what has to live as long as it: a temporary folder, say.
pub struct Fixture {
    pub store: Arc<dyn Store>,
    /// Dropped after the test.
    pub guard: Box<dyn Any + Send>,
}

/// Makes a test of every function of the contract. `$open` names an `async fn() -> Fixture` in the scope of the call.
#[macro_export]
macro_rules! contract_tests {
    ($open:ident) => {
        $crate::contract_tests! { @tests $open:
            connections {
                what_was_inserted_is_found,
                conflicts_by_id_and_by_name_are_distinguished,
                an_insert_counts_or_leaves_all_as_it_was,
                an_insert_finds_a_client_id_given_to_another,
                an_id_is_unique,
                a_name_is_unique,
                uniqueness_is_case_sensitive,
                the_list_is_in_order_of_creation,
                many_are_inserted_at_once_in_their_order,
                many_are_inserted_all_or_none,
                an_update_replaces_all_but_id_and_creation,
                updating_what_is_not_there_says_gone,
                updating_to_a_taken_name_says_so,
                equal_certificates_and_keys_are_kept_once,
                texts_are_counted,
                deleting_returns_whether_there_was_one,
                client_ids_are_found_by_who_has_them,
                what_was_changed_lately_is_listed,
                invalid_rows_are_kept_unchanged,
                texts_are_data,
                each_change_moves_the_counter_by_one,
            }
            connection_changes {
                changes_are_known_from_any_counter_on,
                a_connection_added_again_is_removed_and_added,
                changes_that_are_rolled_back_leave_no_trace,
                many_inserts_at_once_keep_their_order,
                a_list_that_follows_the_changes_is_the_stored_one,
                old_removals_are_forgotten,
            }
            users {
                what_was_inserted_is_found,
                a_name_is_unique_and_case_sensitive,
                an_update_replaces_all_but_name_and_creation,
                updating_what_is_not_there_says_gone,
                deleting_returns_whether_there_was_one,
                users_are_listed_by_name,
                a_user_is_found_by_the_invitation,
                a_login_is_noted_and_moves_no_counter,
                preferences_are_replaced_and_go_with_their_user,
                updates_and_deletions_move_the_counter,
            }
            groups {
                what_was_inserted_is_found,
                the_roles_of_a_member_are_those_of_groups_that_narrow,
                a_name_is_unique,
                an_update_replaces_all_but_name_and_creation,
                connections_are_added_once,
                deleting_returns_whether_there_was_one,
                members_and_connections_go_with_their_user_and_connection,
                each_change_moves_the_counter,
            }
            second_factors {
                it_counts_once_it_is_confirmed,
                a_code_is_accepted_once,
                all_of_it_goes_with_its_user,
                all_but_the_use_of_codes_moves_the_counter,
            }
            sessions {
                what_was_inserted_is_found_expired_or_not,
                touching_moves_only_forward_and_only_what_is_there,
                many_are_touched_at_once,
                a_session_is_found_by_its_handle,
                all_times_of_sessions_are_shifted_within_what_there_is,
                sessions_of_a_user_are_listed_by_their_last_use,
                sessions_are_counted_by_user,
                deleting_returns_whether_there_was_one,
                all_sessions_of_a_user_end_but_the_one_kept,
                the_expired_and_the_idle_are_removed,
                deleting_moves_the_counter_and_using_does_not,
            }
            sign_ons {
                a_user_is_found_by_the_identity,
                all_of_it_goes_with_its_user_or_session,
                sessions_are_found_by_what_a_provider_says,
                who_lacks_a_role_is_kept,
                who_may_break_the_glass_is_kept,
            }
            tokens {
                what_was_inserted_is_found,
                a_name_is_unique_and_case_sensitive,
                tokens_are_listed_by_name,
                touching_moves_only_forward_and_only_what_is_there,
                deleting_returns_whether_there_was_one,
                tokens_of_a_user_are_removed_together,
                all_but_uses_move_the_counter,
            }
            plugins {
                a_switch_is_remembered,
                moving_a_switch_moves_the_counter_by_one,
            }
            audit {
                entries_come_back_newest_first,
                entries_are_filtered_by_actor_and_object,
                entries_by_tokens_are_those_of_their_user,
                entries_are_filtered_by_action_and_time,
                entries_are_filtered_by_outcome_origin_and_text,
                the_first_entry_since_a_time_is_found_unless_there_are_many,
                older_entries_are_paged_by_sequence,
                many_entries_are_appended_in_their_order,
                every_action_and_outcome_is_kept,
                an_entry_that_sums_up_keeps_how_often_and_since_when,
                an_entry_is_committed_with_its_change_or_not_at_all,
                entries_are_a_chain_that_can_be_verified,
                a_new_writer_names_the_entries_of_the_former_one,
                the_oldest_entries_can_be_removed,
                changes_are_kept,
            }
            link_history {
                what_was_appended_comes_back,
                of_each_connection_the_newest_stay,
                they_go_with_their_connection,
                edits_leave_them_alone,
                they_are_committed_with_their_transaction_or_not_at_all,
            }
            meta {
                a_value_is_replaced,
                any_bytes_are_kept,
                deleting_returns_whether_there_was_one,
                change_counters_start_at_zero,
                a_probe_finds_no_trouble_and_leaves_nothing_behind,
            }
            backups {
                are_made_while_others_write_or_refused_with_advice,
                never_overwrite_a_file,
            }
            transactions {
                dropping_rolls_back,
                a_write_sees_its_own_changes,
                a_read_sees_one_moment,
                a_read_never_waits_for_a_writer,
                a_failed_change_spoils_the_transaction,
                after_a_rollback_the_store_goes_on,
                writers_take_turns,
                of_two_inserts_at_once_one_wins,
                a_cancelled_write_leaves_nothing_behind,
                a_closed_store_fails,
            }
        }
    };
    (@tests $open:ident: $($resource:ident { $($test:ident,)+ })+) => {
        $(
            mod $resource {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $test() {
                        let fixture = super::$open().await;
                        $crate::contract::$resource::$test(fixture.store.clone()).await;
                        fixture.store.close().await;
                    }
                )+
            }
        )+
    };
}

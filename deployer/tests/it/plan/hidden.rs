//! A plan is shown and logged: it never contains a secret, nor a digest from which one could be guessed.

use plexmon_deploy::plan::Plan;
use plexmon_deploy::resources::Content;

use super::deployment::{Deployment, TOKEN, USER, json, secrets};
use crate::convergence::initial_states::all;

/// Return all texts in which a plan is shown.
fn seen(plan: &Plan) -> String {
    format!("{plan}\n{}\n{plan:?}", json(plan))
}

#[test]
fn no_plan_contains_a_secret_or_its_digest() {
    let deployment = Deployment::usual();
    let Content::Digest(new) = Content::of(&secrets()) else { panic!("the secrets have a digest") };
    let old = "5ec7e7".repeat(10);
    let mut mentioned = 0;
    for (conditions, mut observed) in all(&deployment) {
        for secret in
            observed.secrets.iter_mut().filter(|secret| secret.content != Content::Digest(new.clone()))
        {
            secret.content = Content::Digest(old.clone());
        }
        for plan in [deployment.adopt(&observed), deployment.down(&observed)] {
            let seen = seen(&plan.unwrap());
            mentioned += usize::from(seen.contains("(hidden)"));
            for secret in [TOKEN, USER, &new, &old] {
                assert!(!seen.contains(secret), "{conditions:?} shows {secret}:\n{seen}");
            }
        }
    }
    assert!(mentioned > 400, "secrets were changed in only {mentioned} plans");
}

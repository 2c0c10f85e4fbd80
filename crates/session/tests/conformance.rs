//! The suite that every design passes, over each store.

mod common;

use authbench_session::{SessionPolicy, Sessions};

authoriser::conformance!(over_memory, |clock| async move {
    Ok(Sessions::new(common::in_memory().await?, SessionPolicy::default(), clock))
});

authoriser::conformance!(over_redis_by_unix_socket, |clock| async move {
    Ok(Sessions::new(common::over_socket().await?, SessionPolicy::default(), clock))
});

authoriser::conformance!(over_redis_by_tcp, |clock| async move {
    Ok(Sessions::new(common::over_tcp().await?, SessionPolicy::default(), clock))
});

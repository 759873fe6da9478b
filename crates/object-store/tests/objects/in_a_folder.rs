//! What is particular to a local folder.

use crate::*;
use std::os::unix::fs::PermissionsExt as _;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn it_is_created_for_its_owner_alone() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("deep/objects");
    open_folder(&folder).check().await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&parent.path().join("deep")), 0o700);
}

#[tokio::test]
async fn one_that_is_there_keeps_its_mode() {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o750)).unwrap();
    open_folder(folder.path());
    assert_eq!(mode(folder.path()), 0o750);
}

#[tokio::test]
async fn opening_it_again_finds_the_objects() {
    let folder = TempDir::new().unwrap();
    put(&open_folder(folder.path()), "a/b.pdf", b"kept").await;
    let again = open_folder(folder.path());
    assert_eq!(get(&again, "a/b.pdf").await.unwrap(), "kept");
    assert_eq!(list(&again, "").await, ["a/b.pdf"]);
}

#[tokio::test]
async fn two_folders_do_not_see_each_other() {
    let parent = TempDir::new().unwrap();
    let one = open_folder(&parent.path().join("one"));
    let two = open_folder(&parent.path().join("two"));
    put(&one, "a", b"x").await;
    assert_eq!(get(&two, "a").await, None);
    assert_eq!(list(&two, "").await, [""; 0]);
}

#[tokio::test]
async fn an_upload_given_up_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    let objects = open_folder(folder.path());
    let mut upload = objects.upload(&key("a"), PDF).await.unwrap();
    upload.write(Bytes::from(vec![7; 11_000_000])).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it is being written");
    upload.abort().await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn nobody_is_sent_to_a_folder() {
    let folder = TempDir::new().unwrap();
    let objects = open_folder(folder.path());
    put(&objects, "a", b"x").await;
    assert_eq!(objects.presigned(&key("a"), PDF, "attachment", Duration::from_mins(5)).await.unwrap(), None);
}

#[tokio::test]
async fn readiness_leaves_no_file() {
    let folder = TempDir::new().unwrap();
    open_folder(folder.path()).check().await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn readiness_notices_that_writing_fails() {
    let folder = TempDir::new().unwrap();
    let objects = open_folder(folder.path());
    objects.check().await.unwrap();
    // A folder where the probe goes stops the write whatever the rights of the user, root included.
    std::fs::create_dir(folder.path().join("!probe")).unwrap();
    objects.check().await.unwrap_err();
    std::fs::remove_dir(folder.path().join("!probe")).unwrap();
    objects.check().await.unwrap();
}

#[tokio::test]
async fn readiness_removes_what_a_crash_left() {
    let folder = TempDir::new().unwrap();
    let objects = open_folder(folder.path());
    std::fs::write(folder.path().join("!probe"), "half").unwrap();
    assert_eq!(list(&objects, "").await, [""; 0]);
    objects.check().await.unwrap();
    assert!(!folder.path().join("!probe").exists());
}

#[tokio::test]
async fn one_that_is_gone_is_a_fault_and_is_not_made_anew() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("objects");
    let objects = open_folder(&folder);
    std::fs::remove_dir(&folder).unwrap();
    refuses_everything(&objects).await;
    assert!(!folder.exists());
}

#[test]
fn a_file_is_no_folder() {
    let parent = TempDir::new().unwrap();
    let file = parent.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = StoredObjects::open(&format!("file://{}", file.display()), None).unwrap_err();
    assert!(matches!(error, OpenError::FolderUnusable(_)), "{error:?}");
}

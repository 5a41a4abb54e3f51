using Plumbline.Lab.Launch;

namespace Plumbline.Lab.Tests.Network;

public sealed class PreflightTests
{
    [Test]
    public void Missing_Tools_AreNamedWithTheCommandsThatInstallThem()
    {
        var missing = Preflight.Missing(tool => tool is "nft" or "nsenter" ? null : "/usr/bin/" + tool);
        Assert.That(Preflight.ExplainMissing(missing, root: false), Is.EqualTo(
            "Not installed: nsenter, nft. Install the packages and start again: sudo apt-get install -y util-linux nftables (Debian, Ubuntu), "
            + "sudo dnf install -y util-linux nftables (Fedora), sudo apk add util-linux nftables (Alpine)."));
    }

    [TestCase("kernel.unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone is 0. Run the lab as root, or allow it: sudo sysctl -w kernel.unprivileged_userns_clone=1")]
    [TestCase("user.max_user_namespaces", "0", "user.max_user_namespaces is 0. Run the lab as root, or allow it: sudo sysctl -w user.max_user_namespaces=10000")]
    [TestCase("kernel.apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns is 1. Run the lab as root, or allow it: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    public void Refusal_OfUser_NamesTheSwitchThatForbids(string name, string value, string words) => Assert.That(
        Preflight.ExplainRefusal(root: false, "unshare: failed", n => n == name ? value : null),
        Does.EndWith(words));

    [Test]
    public void Refusal_WithoutKnownSwitch_QuotesTheKernel() => Assert.That(
        Preflight.ExplainRefusal(root: false, "unshare: unshare failed: Operation not permitted\n", _ => "1000"),
        Is.EqualTo("The kernel does not let an ordinary user create namespaces (unshare: unshare failed: Operation not permitted). Run the lab as root, with sudo."));

    [Test]
    public void Refusal_OfRoot_SpeaksOfContainers() => Assert.That(
        Preflight.ExplainRefusal(root: true, "unshare failed", _ => null), Does.StartWith("This root user may not create namespaces (unshare failed)").And.Contain("--privileged"));
}

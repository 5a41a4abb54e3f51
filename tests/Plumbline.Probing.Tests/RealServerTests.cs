using System.Diagnostics;
using System.Globalization;
using Plumbline.Core.Probes;
using Plumbline.Probing.Tests.Fixtures;
using Plumbline.Testing;

namespace Plumbline.Probing.Tests;

/// <summary>
/// What probes do to real servers, by the servers' own counters and logs: Debian's packages, each in a folder of its own inside the target's namespace.
/// A case is skipped where its package is not installed.
/// </summary>
internal sealed class RealServerTests
{
    private const int Probes = 20;

    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _ = Lab.Network;
        _folder = Directory.CreateTempSubdirectory("plumbline-real").FullName;
        Shell.Run("chmod", "", "755", _folder);
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task MariaDb_ProbesAreNotCountedAgainstTheClient()
    {
        Need("mariadb-server", "mariadbd", "mariadb-install-db", "mariadb");
        Shell.Run("mariadb-install-db", "", "--no-defaults", "--user=mysql", $"--datadir={_folder}/data", "--auth-root-authentication-method=normal");
        Shell.Run("chown", "", "mysql", _folder);
        var socket = $"{_folder}/s";

        // Three errors in a row are enough here to be locked out.
        using var server = NamespaceProcess.Start(
            Lab.Network.Target, "mariadb-server", "mariadbd", "--no-defaults", "--user=mysql", $"--datadir={_folder}/data", $"--socket={socket}", "--bind-address=0.0.0.0",
            "--performance-schema=on", "--max-connect-errors=3", $"--pid-file={_folder}/pid");
        await server.SaysAsync("ready for connections");
        var ask = (string sql) => Shell.Run("mariadb", "", "--no-defaults", $"--socket={socket}", "-N", "-e", sql);
        ask($"create user probe@'{TestNetwork.SourceAddress}'");
        const string counters = "select coalesce(sum(count_handshake_errors), 0) + coalesce(sum(count_host_blocked_errors), 0) from performance_schema.host_cache";

        var all = await ProbeAsync(3306);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        await Eventually.TrueAsync(() => Task.FromResult(ask("select count(*) from information_schema.processlist where user = 'unauthenticated user'").Trim() == "0"), "no connection is left");
        var aborted = ask("select variable_value from information_schema.global_status where variable_name = 'Aborted_connects'").Trim();
        TestContext.Progress.WriteLine($"MariaDB, {Probes} probes: Aborted_connects {aborted}; {Lines(server.Said, "10.201.1.2")}");
        Assert.That(ask(counters).Trim(), Is.EqualTo("0"), "nothing that counts towards max_connect_errors");
        Assert.That(aborted, Is.EqualTo("1"), "the one whole connection, whose login was denied");
    }

    [Test]
    public async Task MariaDb_ThatDoesNotLetTheClientIn_TurnsItAway()
    {
        Need("mariadb-server", "mariadbd", "mariadb-install-db");
        Shell.Run("mariadb-install-db", "", "--no-defaults", "--user=mysql", $"--datadir={_folder}/data", "--auth-root-authentication-method=normal");
        Shell.Run("chown", "", "mysql", _folder);
        using var server = NamespaceProcess.Start(
            Lab.Network.Target, "mariadb-server", "mariadbd", "--no-defaults", "--user=mysql", $"--datadir={_folder}/data", $"--socket={_folder}/s", "--bind-address=0.0.0.0",
            "--skip-name-resolve", $"--pid-file={_folder}/pid");
        await server.SaysAsync("ready for connections");

        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        var result = await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, 3306, timeout: 5000), Lab.Source, default);

        Assert.That(result.Outcome, Is.EqualTo(ProbeOutcome.TurnedAway), result.Detail);
        Assert.That(result.Detail, Does.Contain("1130"));
    }

    [Test]
    public async Task PostgreSql_LogsNothing()
    {
        var bin = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").FirstOrDefault(Directory.Exists) : null;
        if (bin is null)
            Assert.Ignore("PostgreSQL is not installed; Debian has it in postgresql");
        Shell.Run("chown", "", "postgres", _folder);
        Shell.Run("su", "", "postgres", "-c", $"{bin}/initdb -D {_folder}/data -A trust");
        using var server = NamespaceProcess.Start(
            Lab.Network.Target, "postgresql", "su", "postgres", "-c", $"exec {bin}/postgres -D {_folder}/data -c listen_addresses='*' -c unix_socket_directories={_folder}");
        await server.SaysAsync("ready to accept connections");
        var before = server.Said;

        var all = await ProbeAsync(5432);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        Shell.Run("su", "", "postgres", "-c", $"psql -h {_folder} -c 'select 1' postgres");
        Assert.That(server.Said, Is.EqualTo(before));
    }

    [Test]
    public async Task PostgreSqlWithTls_LogsNothing()
    {
        var bin = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => $"{version}/bin").FirstOrDefault(Directory.Exists) : null;
        if (bin is null)
            Assert.Ignore("PostgreSQL is not installed; Debian has it in postgresql");
        Shell.Run("chown", "", "postgres", _folder);
        Shell.Run("su", "", "postgres", "-c", $"{bin}/initdb -D {_folder}/data -A trust");
        Shell.Run("su", "", "postgres", "-c", $"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=pg.test -days 2 -keyout {_folder}/data/server.key -out {_folder}/data/server.crt");
        using var server = NamespaceProcess.Start(
            Lab.Network.Target, "postgresql", "su", "postgres", "-c", $"exec {bin}/postgres -D {_folder}/data -c listen_addresses='*' -c ssl=on -c unix_socket_directories={_folder}");
        await server.SaysAsync("ready to accept connections");
        var before = server.Said;

        var all = await ProbeAsync(5432, protocol: ProbeProtocol.Tls);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        Shell.Run("su", "", "postgres", "-c", $"psql -h {_folder} -c 'select 1' postgres");
        Assert.That(server.Said, Is.EqualTo(before));
    }

    [Test]
    public async Task OpenSsh_HearsOfOneWholeConnectionAndIsLeftInOrder()
    {
        Need("openssh-server", "sshd", "ssh-keygen");
        Directory.CreateDirectory("/run/sshd");
        Shell.Run("ssh-keygen", "", "-q", "-t", "ed25519", "-N", "", "-f", $"{_folder}/key");
        using var server = NamespaceProcess.Start(Lab.Network.Target, "openssh-server", "sshd", "-D", "-e", "-p", "22", "-h", $"{_folder}/key", "-f", "/dev/null");
        await server.SaysAsync("Server listening on 0.0.0.0");

        var all = await ProbeAsync(22);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        await server.SaysAsync("Disconnected from");
        TestContext.Progress.WriteLine($"OpenSSH, {Probes} probes: {Lines(server.Said, TestNetwork.SourceAddress)}");
        Assert.That(server.Said, Does.Contain("Received disconnect from 10.201.1.2").And.Not.Contain("kex_exchange_identification").And.Not.Contain("Connection reset"));
        Assert.That(server.Said.Split("Received disconnect").Length - 1, Is.EqualTo(1));
    }

    [Test]
    public async Task Postfix_SeesCompleteSessions()
    {
        Need("postfix", "postfix", "postconf");
        foreach (var folder in new[] { "spool", "data", "etc" })
            Directory.CreateDirectory($"{_folder}/{folder}");
        Shell.Run("chown", "", "postfix", $"{_folder}/data");
        File.WriteAllText($"{_folder}/etc/main.cf", $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/spool
            data_directory = {_folder}/data
            maillog_file = /dev/stdout
            myhostname = mail.test
            inet_interfaces = all
            inet_protocols = ipv4
            mydestination =
            local_recipient_maps =
            smtpd_peername_lookup = no
            """);
        File.WriteAllText($"{_folder}/etc/master.cf", """
            smtp inet n - n - - smtpd
            pickup unix n - n 60 1 pickup
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd
            """);
        using var server = NamespaceProcess.Start(Lab.Network.Target, "postfix", "postfix", "-c", $"{_folder}/etc", "start-fg");
        await server.SaysAsync("daemon started");

        var all = await ProbeAsync(25);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        await Eventually.TrueAsync(() => Task.FromResult(server.Said.Split("disconnect from").Length > Probes), () => server.Said);
        Assert.That(server.Said, Does.Contain("quit=1").And.Not.Contain("lost connection").And.Not.Contain("improper command pipelining"));
    }

    [Test]
    public async Task Redis_CountsAndLogsNothing()
    {
        Need("redis-server", "redis-server");
        using var server = NamespaceProcess.Start(Lab.Network.Target, "redis-server", "redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", _folder);
        await server.SaysAsync("Ready to accept connections");
        var before = server.Said;

        var all = await ProbeAsync(6379);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        Assert.That(server.Said, Is.EqualTo(before));
    }

    [Test]
    public async Task Redis_InProtectedMode_TurnsAway()
    {
        Need("redis-server", "redis-server");
        using var server = NamespaceProcess.Start(Lab.Network.Target, "redis-server", "redis-server", "--port", "6379", "--bind", "0.0.0.0", "--protected-mode", "yes", "--save", "", "--dir", _folder);
        await server.SaysAsync("Ready to accept connections");

        var all = await ProbeAsync(6379, 1);

        Assert.That(all.Single(), Is.EqualTo(ProbeOutcome.TurnedAway));
    }

    [TestCase(ProbeProtocol.Tcp, 0)]
    [TestCase(ProbeProtocol.Http, Probes)]
    public async Task Nginx_LogsRequestsOnlyAndNoError(ProbeProtocol protocol, int requests)
    {
        Need("nginx-light", "nginx");
        File.WriteAllText($"{_folder}/nginx.conf", $$"""
            daemon off; pid {{_folder}}/pid; error_log stderr info;
            events {}
            http { access_log /dev/stdout combined; client_body_temp_path {{_folder}}/b; proxy_temp_path {{_folder}}/p; fastcgi_temp_path {{_folder}}/f; uwsgi_temp_path {{_folder}}/u; scgi_temp_path {{_folder}}/s;
                   server { listen 8080; return 204; } }
            """);
        using var server = NamespaceProcess.Start(Lab.Network.Target, "nginx-light", "nginx", "-c", $"{_folder}/nginx.conf", "-p", _folder);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists($"{_folder}/pid") && new FileInfo($"{_folder}/pid").Length > 0), () => server.Said);

        var all = await ProbeAsync(8080, Probes, protocol);

        Assert.That(all, Has.All.EqualTo(ProbeOutcome.Succeeded));
        await Eventually.TrueAsync(() => Task.FromResult(server.Said.Split("plumbline").Length - 1 >= requests), () => server.Said);
        Assert.That(server.Said.Split("\"GET / HTTP/1.1\" 204").Length - 1, Is.EqualTo(requests));
        Assert.That(server.Said, Does.Not.Contain("[error]").And.Not.Contain("[crit]").And.Not.Contain(" 400 ").And.Not.Contain(" 499 "));
    }

    private static void Need(string package, params string[] programs)
    {
        if (Array.Find(programs, program => NamespaceProcess.Find(program) is null) is { } missing)
            Assert.Ignore($"{missing} is not installed; Debian has it in {package}");
    }

    private static string Lines(string said, string with) =>
        string.Create(CultureInfo.InvariantCulture, $"{said.Split('\n').Count(line => line.Contains(with, StringComparison.Ordinal))} lines in its log");

    private static async Task<List<ProbeOutcome>> ProbeAsync(int port, int count = Probes, ProbeProtocol protocol = ProbeProtocol.Tcp)
    {
        using var engine = new ProbeEngine(new ProbeEngineOptions(), TimeProvider.System);
        var outcomes = new List<ProbeOutcome>();
        for (var i = 0; i < count; i++)
        {
            var result = await engine.RunAsync(Lab.Probe(TestNetwork.TargetAddress, port, protocol, timeout: 5000), Lab.Source, default);
            outcomes.Add(result.Outcome);
            if (result.Outcome != ProbeOutcome.Succeeded)
                TestContext.Progress.WriteLine($"{port}: {result.Outcome} {result.Detail}");
        }

        // What is still being left is part of what the server sees.
        await Eventually.TrueAsync(() => engine.OpenSockets == 0);
        return outcomes;
    }
}

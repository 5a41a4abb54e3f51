using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Plumbline.Lab.Api.Http;

namespace Plumbline.Lab.Api;

/// <summary>Certificate and private key of the server, PEM files; the certificate file may hold the chain.</summary>
public sealed record TlsFiles(string CertificatePath, string KeyPath);

/// <summary>Where the server listens.</summary>
public abstract record LabApiEndpoint
{
    private LabApiEndpoint()
    {
    }

    /// <summary>An address and port; port 0 takes a free one. Without <paramref name="Tls"/> it speaks plain HTTP/1.1, with it also HTTP/2.</summary>
    public sealed record Tcp(IPEndPoint Address, TlsFiles? Tls = null) : LabApiEndpoint;

    /// <summary>A unix socket, plain HTTP/1.1. A socket file that is left of an earlier process is replaced.</summary>
    public sealed record Unix(string Path) : LabApiEndpoint;

    /// <summary>The descriptor of a socket that listens already and that this process inherited.</summary>
    public sealed record Handle(ulong Descriptor, TlsFiles? Tls = null) : LabApiEndpoint;
}

/// <summary>A bearer token and who has it.</summary>
public sealed record StaticToken(string Token, string User, params IReadOnlyList<string> Groups);

/// <summary>How the embedded API server runs.</summary>
public sealed record LabApiOptions
{
    /// <summary>Default: a free port on 127.0.0.1 without TLS.</summary>
    public IReadOnlyList<LabApiEndpoint> Endpoints { get; init; } = [new LabApiEndpoint.Tcp(new IPEndPoint(IPAddress.Loopback, 0))];

    /// <summary>Where objects and the signing key survive the process; one process at a time. Default: none, all is in memory.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Tokens that are known beforehand. Default: none.</summary>
    public IReadOnlyList<StaticToken> Tokens { get; init; } = [];

    /// <summary>A file whose first line is the token of <c>system:masters</c>. Default: none.</summary>
    public string? AdminTokenFile { get; init; }

    /// <summary>PEM certificates of the authority whose client certificates are accepted: CN is the user, O the groups. Default: none are.</summary>
    public string? ClientAuthorityFile { get; init; }

    /// <summary>The issuer of service-account tokens, and the audience of tokens meant for this server.</summary>
    public string Issuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>How many changes a kind remembers for watches that resume. Default 2048.</summary>
    public int HistoryPerKind { get; init; } = 2048;

    /// <summary>The journal's size in bytes at which it is folded into a snapshot. Default 16 MiB.</summary>
    public long SnapshotAfterBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How often an idle watch that allows it gets a bookmark. Default 60 s.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>IPv4 network that Services without an address of their own get one from. Default 10.96.0.0/16.</summary>
    public IPNetwork ServiceNetwork { get; init; } = new(IPAddress.Parse("10.96.0.0"), 16);

    /// <summary>
    /// Whether a deleted pod that is on a node stays Terminating until somebody who plays its kubelet deletes it with grace period 0. Default: it goes at once.
    /// </summary>
    public bool GracefulPodDeletion { get; init; }

    /// <summary>Told of every request to a resource, on the request's thread: must return at once. Default: nobody is.</summary>
    public Action<ApiRequestRecord>? OnRequest { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}

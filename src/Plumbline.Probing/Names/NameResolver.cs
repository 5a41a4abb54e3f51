using System.Globalization;
using System.Net;
using Plumbline.Core.Cluster;
using Plumbline.Core.Probes;
using Plumbline.Probing.Engine;
using Plumbline.Probing.Native;

namespace Plumbline.Probing.Names;

/// <summary>
/// Resolves a name as the source's own resolver library would: host aliases, then the search list, each name asked of the source's
/// nameservers in turn, from inside its namespace. Caches nothing: resolution is part of what is verified.
/// </summary>
internal sealed class NameResolver(ProbeEngineOptions options)
{
    /// <summary>Rounds over all nameservers, as resolv.conf's <c>attempts</c>.</summary>
    private const int Rounds = 2;

    private readonly DnsExchange _exchange = new(options.DnsPort);
    private readonly NodeResolverFile _node = new(options.ResolvConfPath);

    public async ValueTask<NameResolution> ResolveAsync(ProbeContext context, string host, long deadline)
    {
        var plain = host.TrimEnd('.');
        if (FromAliases(context.Origin.HostAliases.IsDefault ? [] : context.Origin.HostAliases, plain) is { Count: > 0 } aliased)
            return new NameResolution(aliased, null);
        if (plain.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return new NameResolution([IPAddress.Loopback], null);

        if (ToAscii(host) is not { } name)
            return NameResolution.NotResolved($"'{Shorten(host)}' is no valid host name");
        var (settings, missing) = ResolverSettings.For(context.Origin.Dns, _node);
        if (settings is null)
            return NameResolution.Failed(ProbeOutcome.NotRun, missing!);

        return await SearchAsync(context, settings, name, deadline);
    }

    /// <summary>
    /// glibc's way (<c>res_nsearch</c>): every candidate in turn, whatever those before came to, as long as a server answers. musl's (<c>name_from_dns_search</c>)
    /// stops where glibc goes on: at a name that exists without an address, at a server that could not tell, and after the name as it is when
    /// that has enough dots. So it sees the beginning of glibc's way and no more.
    /// </summary>
    private async ValueTask<NameResolution> SearchAsync(ProbeContext context, ResolverSettings settings, string name, long deadline)
    {
        LookupEnd? worst = null;
        string? muslStops = null;
        var asked = 0;
        var asItIsFirst = settings.IsTriedAsItIsFirst(name);
        foreach (var candidate in settings.Candidates(name))
        {
            if (asked == 1 && asItIsFirst)
                muslStops ??= $"musl does not search for a name with {settings.Ndots} dots or more";
            var end = await AskInTurnAsync(context, settings, candidate, deadline);
            if (end.Addresses.Count > 0)
                return new NameResolution(end.Addresses, null) { LibcsDiffer = muslStops is null ? null : $"resolves as {Shorten(candidate)} for glibc only: {muslStops}" };
            if (end.Outcome is { } outcome)
                return NameResolution.Failed(outcome, end.Detail);

            asked++;

            // A server that could not tell leaves the question open, so it outweighs a later "no such name"; an answer that the name
            // exists without addresses outweighs that it does not.
            worst = worst is null || end.Weight >= worst.Value.Weight ? end : worst;
            if (end.Weight == LookupEnd.Silent)
                break;
            if (end.Weight is LookupEnd.NoAddress or LookupEnd.Unable)
                muslStops ??= $"musl stops at {Shorten(candidate)}, {(end.Weight == LookupEnd.NoAddress ? "which exists without an address" : "which a server could not tell")}";
        }

        var detail = worst!.Value.Detail;
        var told = asked > 1 ? $"{detail} ({asked} names tried)" : detail;
        return NameResolution.NotResolved(settings.Lacks is { } lacks ? $"{told}; {lacks}" : told);
    }

    private async ValueTask<LookupEnd> AskInTurnAsync(ProbeContext context, ResolverSettings settings, string name, long deadline)
    {
        var tries = Rounds * settings.Servers.Count;
        var last = default(LookupEnd);
        for (var i = 0; i < tries; i++)
        {
            var remaining = context.Loop.Until(deadline);
            if (remaining <= TimeSpan.Zero && i > 0)
                break;
            var server = settings.Servers[i % settings.Servers.Count];
            last = Judge(await _exchange.AskAsync(context, server, name, context.Loop.After(remaining / (tries - i))), server, name);
            if (last.Weight < LookupEnd.Unable)
                return last;

            // Asking the same servers again helps against loss, not against an answer.
            if (last.Weight == LookupEnd.Unable && i >= settings.Servers.Count - 1)
                return last;
        }

        return last;
    }

    private static LookupEnd Judge(DnsAnswers answers, IPAddress server, string name)
    {
        if (answers.SocketFailure is { } failure)
            return new LookupEnd([], LookupEnd.Unable, answers.SocketDetail!) { Outcome = failure };

        var addresses = new List<IPAddress>(answers.A?.Addresses ?? []);
        addresses.AddRange(answers.Aaaa?.Addresses ?? []);
        if (addresses.Count > 0)
            return new LookupEnd(addresses, LookupEnd.Found, "");

        var (a, aaaa) = (answers.A, answers.Aaaa);
        if ((a?.Alias ?? aaaa?.Alias) is { } alias)
            return new LookupEnd([], LookupEnd.NoAddress, $"nameserver {server} says only that {Shorten(name)} is an alias of {Shorten(alias)}; resolver libraries do not ask for that one");
        if (answers.SocketError == Errno.ConnectionRefused)
            return new LookupEnd([], LookupEnd.Silent, $"{DnsWords.NothingListens} {server}, asked for {Shorten(name)}");
        if (answers.SocketError != 0)
            return new LookupEnd([], LookupEnd.Silent, $"nameserver {server} {DnsWords.CannotBeReached} ({Errno.Name(answers.SocketError)}), asked for {Shorten(name)}");
        if (Any(DnsReplyKind.ServerFailed) is { } failed)
            return new LookupEnd([], LookupEnd.Unable, $"nameserver {server} answers {DnsMessage.CodeName(failed.ResponseCode)} for {Shorten(name)}");
        if (answers.CutShort)
            return new LookupEnd([], LookupEnd.Unable, $"nameserver {server} has more for {Shorten(name)} than a datagram holds, and does not tell it over TCP");
        if (a is null && aaaa is null)
            return new LookupEnd([], LookupEnd.Silent, $"nameserver {server} {DnsWords.DoesNotAnswer} {Shorten(name)}");
        if (Any(DnsReplyKind.NoSuchName) is not null)
            return new LookupEnd([], LookupEnd.NoName, $"nameserver {server} knows no {Shorten(name)} (NXDOMAIN)");
        if (a is null || aaaa is null)
            return new LookupEnd([], LookupEnd.Silent, $"nameserver {server} answers only one of the A and AAAA questions for {Shorten(name)}");
        return new LookupEnd([], LookupEnd.NoAddress, $"nameserver {server} has no address for {Shorten(name)} (NODATA)");

        DnsReply? Any(DnsReplyKind kind) => a?.Kind == kind ? a : aaaa?.Kind == kind ? aaaa : null;
    }

    private static List<IPAddress> FromAliases(IEnumerable<HostAlias> aliases, string name) =>
    [
        .. aliases.Where(alias => alias.Name.TrimEnd('.').Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(alias => IPAddress.TryParse(alias.Address, out var address) ? address : null)
            .OfType<IPAddress>(),
    ];

    private static string? ToAscii(string host)
    {
        if (host.Length is 0 or > 255)
            return null;
        try
        {
            return host.All(char.IsAscii) ? host : new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Shorten(string name) => name.Length <= 90 ? name : $"{name[..89]}…";

    /// <summary>What one full name came to.</summary>
    private readonly record struct LookupEnd(IReadOnlyList<IPAddress> Addresses, int Weight, string Detail)
    {
        public const int Found = 0;
        public const int NoName = 1;
        public const int NoAddress = 2;
        public const int Unable = 3;
        public const int Silent = 4;

        /// <summary>Set when not even a question could be sent.</summary>
        public ProbeOutcome? Outcome { get; init; }
    }
}

using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

public sealed record NodeFacts(string Name, ImmutableArray<string> Addresses, ImmutableSortedDictionary<string, string> Labels, bool Ready);

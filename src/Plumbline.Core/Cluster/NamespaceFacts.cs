using System.Collections.Immutable;

namespace Plumbline.Core.Cluster;

public sealed record NamespaceFacts(string Name, ImmutableSortedDictionary<string, string> Labels);

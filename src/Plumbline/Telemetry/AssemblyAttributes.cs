using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Plumbline.Observability.Tests")]
[assembly: InternalsVisibleTo("Plumbline.Tests")]

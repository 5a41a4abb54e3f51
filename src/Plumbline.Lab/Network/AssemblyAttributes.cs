using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Plumbline.Lab.Tests")]
[assembly: InternalsVisibleTo("Plumbline.Observability.Tests")]

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Plumbline.Lab.Tests")]

using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Planner.Catalog;

namespace SqlStream.Engine.UserFunctions;

/// <summary>The functions of CREATE FUNCTION ... LANGUAGE CSHARP: classes of assemblies, loaded when they are first asked for. Thread-safe.</summary>
/// <param name="files">Where assemblies may lie.</param>
/// <param name="isAllowed">Assemblies may be loaded: their code may do all that the process may.</param>
sealed class FunctionAssemblies(FileRoots files, bool isAllowed)
{
    /// <summary>The language of such functions.</summary>
    public const string Language = "CSHARP";

    const string ResourceKind = "ASSEMBLY";

    readonly ConcurrentDictionary<(string Path, DateTime Time, long Length), Assembly> _assemblies = new();
    readonly ConcurrentDictionary<(Assembly Assembly, string Class, string Name), object> _functions = new();

    /// <summary>The function is a class of an assembly.</summary>
    public static bool Has(FunctionDefinition definition) => Language.Equals(definition.Language, StringComparison.OrdinalIgnoreCase);

    /// <summary>The function: a <see cref="UserScalarFunction"/>, a <see cref="UserTableFunction"/> or an aggregate function. Raises why there is none.</summary>
    public object Find(FunctionDefinition definition)
    {
        if (!isAllowed)
            throw UserFunctionErrors.AssembliesOff();
        if (definition.Resources is not [(ResourceKind, var path)])
            throw UserFunctionErrors.OneAssembly(definition.Name.Name);
        files.Check(path, SourceSpan.None);
        var assembly = Load(Path.GetFullPath(path));
        return _functions.GetOrAdd((assembly, definition.ClassName, UserFunctionCatalog.NameOf(definition.Name.Name)), Make, path);
    }

    static object Make((Assembly Assembly, string Class, string Name) wanted, string path)
    {
        var type = wanted.Assembly.GetType(wanted.Class) ?? wanted.Assembly.GetType(wanted.Class.Replace('.', '+'));
        if (type is not { IsPublic: true } and not { IsNestedPublic: true })
            throw UserFunctionErrors.NoClass(wanted.Class, path, wanted.Assembly.GetExportedTypes().Select(known => known.FullName!));
        return FunctionClass.Make(type, wanted.Name);
    }

    Assembly Load(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                throw UserFunctionErrors.NoAssembly(path, "There is no such file.");
            // From a copy in memory: the file may be replaced while it is in use.
            return _assemblies.GetOrAdd((path, file.LastWriteTimeUtc, file.Length), static key => new Context(key.Path).Main());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw UserFunctionErrors.NoAssembly(path, e.Message);
        }
    }

    // What the engine has is the engine's, so that types are the same; everything else lies beside the assembly.
    sealed class Context(string path) : AssemblyLoadContext(Path.GetFileName(path))
    {
        readonly AssemblyDependencyResolver _resolver = new(path);

        public Assembly Main() => Load(path);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            Default.Assemblies.Any(known => known.GetName().Name == assemblyName.Name) || _resolver.ResolveAssemblyToPath(assemblyName) is not { } found ? null : Load(found);

        Assembly Load(string file)
        {
            using var content = new MemoryStream(File.ReadAllBytes(file));
            return LoadFromStream(content);
        }
    }
}

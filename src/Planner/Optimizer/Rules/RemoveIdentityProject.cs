using SqlStream.Planner.Logical;

namespace SqlStream.Planner.Optimizer.Rules;

/// <summary>A projection that passes all columns under their names is its input.</summary>
sealed class RemoveIdentityProject : IRule
{
    public LogicalNode? Apply(LogicalNode node)
    {
        if (node is not LogicalProject { IsIdentity: true } project)
            return null;
        for (var i = 0; i < project.Names.Count; i++)
        {
            if (project.Names[i] != project.Input.Schema[i].Name)
                return null;
        }
        return project.Input;
    }
}
